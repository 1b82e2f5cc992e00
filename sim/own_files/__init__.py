"""Folders in which the program removes and replaces only what it wrote itself.

Each such folder holds a hidden list of the files that the program wrote there, `.written-by-referralsim`. A file is put
on the list before it is written. A file that is there and not on the list belongs to the user: it is never removed or
replaced. The list is also the lock of the folder, so that two commands never write into one at once. Links inside a
folder are not followed.

listing     the list, read without changing anything; what is refused because it is not on it
own_files   a folder, locked while a command writes into it
"""
