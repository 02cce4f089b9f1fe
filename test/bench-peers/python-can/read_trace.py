"""Reads a trace with python-can and prints its version, the frames, and seconds of processor time."""

import sys
import time

import can

start = time.process_time()
count = 0
for _ in can.LogReader(sys.argv[1]):
    count += 1
print(can.__version__, count, time.process_time() - start)
