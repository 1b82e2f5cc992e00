"""What happens in a market, day by day.

`schedule` builds a market, starts every process and gives the order of a day. Then, from a person to a hire:

- `week`: the week of a seventh of the people; `applying`, `habits`: what they do in it
- `tie_changes`: ties touched, made, and turned into those of former colleagues
- `referral`: the steps of a referral, one module each
- `recruiters`: profiles searched, people approached
- `growth`, `openings`: new jobs, and what happens to an opening
- `hiring`, `desk`: what an employer does with an opening; the desk reads and interviews for all openings
- `employment`: what happens to a person's job and search
- `careers`, `settling_in`: promotions, layoffs, resignations and closures; the first days in a new job
- `clock`: the type of a process, and the people whose week is planned today
"""
