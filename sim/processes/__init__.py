"""What happens in a market, day by day.

`schedule` builds a world, starts every process and says the order of a day. Then, from a person to a hire:

- `week`: the week of a seventh of the people; `applying`, `habits`: what they do in it
- `tie_changes`: how ties are touched, made and parted from
- `referral`: the steps of a referral, one module each
- `recruiters`: profiles searched, people approached
- `growth`, `openings`: new jobs, and what happens to an opening
- `hiring`, `desk`: what an employer does with an opening, and the desk on which all are read and interviewed
- `employment`: what happens to a person's job and search
- `careers`, `settling_in`: promotions, layoffs, resignations and closures; the first days in a new job
- `clock`: what a process is, and whose week it is
"""
