"""How Windows splits the command line that setup is started with."""

from __future__ import annotations

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account

DAS = Account(r"CONTOSO\das", password="canary-das")
READER = Account(r"CONTOSO\rdr", password="canary-rdr")
EULA = {"AcceptEndUserLicenseAgreement": "1"}


def command_line_to_argv(line):
    """A second writing of CommandLineToArgvW's rules for the arguments behind the program's name."""
    arguments, current, in_quotes, started, position = [], "", False, False, 0
    while position < len(line):
        backslashes = len(line) - position - len(line[position:].lstrip("\\"))
        after = line[position + backslashes : position + backslashes + 1]
        if backslashes and after == '"':
            current += "\\" * (backslashes // 2)
            if backslashes % 2:
                current += '"'
                position += 1
            position += backslashes
            started = True
            continue
        if backslashes:
            current += "\\" * backslashes
            position += backslashes
            started = True
            continue
        character = line[position]
        position += 1
        if character == '"':
            if in_quotes and line[position : position + 1] == '"':
                current += '"'
                position += 1
            in_quotes = not in_quotes
            started = True
        elif character in " \t" and not in_quotes:
            if started:
                arguments.append(current)
            current, started = "", False
        else:
            current += character
            started = True
    return [*arguments, current] if started else arguments


def received(line):
    """What setup gets: the placeholders replaced as host_task replaces them, then split by Windows."""
    text = line.arguments
    for name, value in line.secrets.items():
        text = text.replace("{secret:" + name + "}", value)
    return command_line_to_argv(text)
