"""Reads and writes traces with python-can, as the tests of interoperation ask.

stdin: {"read": [files], "write": [files], "frames": [frame, ...]}; stdout: {file: [frame, ...]}.
A frame is [microseconds, channel, id, extended, remote, fd, brs, esi, dlc, data].
"""

import json
import sys

import can


def said(message):
    return [
        round(message.timestamp * 1e6),
        str(message.channel),
        message.arbitration_id,
        message.is_extended_id,
        message.is_remote_frame,
        message.is_fd,
        message.bitrate_switch,
        message.error_state_indicator,
        message.dlc,
        bytes(message.data).hex(),
    ]


def made(frame):
    stamp, channel, identifier, extended, remote, fd, brs, esi, dlc, data = frame
    return can.Message(
        timestamp=stamp / 1e6,
        channel=channel,
        arbitration_id=identifier,
        is_extended_id=extended,
        is_remote_frame=remote,
        is_fd=fd,
        bitrate_switch=brs,
        error_state_indicator=esi,
        dlc=dlc,
        data=bytes.fromhex(data),
    )


wish = json.load(sys.stdin)
for path in wish["write"]:
    with can.Logger(path) as logger:
        for frame in wish["frames"]:
            logger(made(frame))
json.dump({path: [said(each) for each in can.LogReader(path)] for path in wish["read"]}, sys.stdout)
