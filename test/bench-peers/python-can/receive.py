"""Receives so many frames of an interface with python-can, with a large socket buffer, and ends."""

import socket
import sys

import can

SO_RCVBUFFORCE = 33
bus = can.Bus(interface="socketcan", channel=sys.argv[1])
bus.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 20_000_000)
for _ in range(int(sys.argv[2])):
    bus.recv()
bus.shutdown()
