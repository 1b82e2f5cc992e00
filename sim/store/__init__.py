"""The measurements of each run, kept so that a kill at any moment costs only the runs under way.

store      `Store`: runs by the content of their scenario, seed and replication
segments   growing files of rows, one for each process that writes
packing    rows of ended processes packed into Parquet files; damaged files mended
locks      locks that end with the process that holds them

A store is a folder that any number of processes write to at once, on one machine or on a shared file system::

    store.json          marks the folder as a store, with the number of its format
    segments/*.rows     growing files, one for each process that is writing (`segments`)
    packed/*.parquet    rows of ended processes, packed; checked page by page when read (`packing`)
    damaged/            files in which damaged rows were found, kept for inspection; their runs run again
    reserved, packing   empty files that are only locked (`locks`)

A run is finished when its row is in a segment and on the disk. Nothing is changed in place: files are added, and
removed only when all their rows are in another. So a kill at any moment costs the runs under way and no other.

On one machine no run is carried out twice, even by several experiments at once: each locks a run before it looks for it
in the store, and until its row is on the disk. On a network file system this holds as far as its locks do; where a row
becomes visible late a run may be repeated, which gives the same numbers and is counted once. Runs under way when their
experiment was killed run again.
"""
