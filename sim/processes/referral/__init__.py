"""The steps of a referral, one module each, in the words of the pathway table.

Nurture comes before, in everyday life: people keep in touch, practise habits, make and lose ties (`processes/week`,
`habits`, `tie_changes`). Then:

1. recall: insiders hear of an opening, and some recall a person they know (`recall.tell_insiders`)
2. reach out: a seeker asks a contact (`reach_out.ask_contacts`), perhaps because of news (`news.spread`)
3. vouch: the contact decides whether to lend a name, and in which form (`vouch.decide_to_vouch`)
4. hand over: the contact gives the name to the employer (`hand_over.hand_over`)
5. weigh: the employer's desk reads it and forms a belief, as for every application (`weigh.weigh`)
6. interview: the desk interviews those invited, in the same way as all others (`interview.interview_early`)
7. outcome: the employer remembers how each referrer's candidates did (`outcome.remember`)

Steps 5 and 6 only call the desk that handles all applications (`processes/desk`): no decision of an employer depends on
the channel. `insiders` says who in a firm hears of an opening.
"""
