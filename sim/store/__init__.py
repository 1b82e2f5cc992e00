"""What was measured in each run, kept so that a kill at any moment costs only the runs under way.

store      `Store`: runs by the content of their scenario, seed and replication
segments   growing files of rows, one for each process that writes
packing    rows of ended processes packed into Parquet files, and damaged files mended
locks      locks that end with the process that holds them
"""
