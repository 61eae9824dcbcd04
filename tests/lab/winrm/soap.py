"""WS-Management envelopes: reading a client's request, writing an answer or a fault (MS-WSMV; reference 1.2, 7)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
POWERSHELL = "http://schemas.microsoft.com/powershell"
CMD_RESOURCE = f"{SHELL}/cmd"
POWERSHELL_RESOURCES = f"{POWERSHELL}/"
CONTENT_TYPE = "application/soap+xml;charset=UTF-8"


class Operation(Enum):
    """What a client may ask of a WinRM listener."""

    CREATE = f"{TRANSFER}/Create"
    DELETE = f"{TRANSFER}/Delete"
    COMMAND = f"{SHELL}/Command"
    SEND = f"{SHELL}/Send"
    RECEIVE = f"{SHELL}/Receive"
    SIGNAL = f"{SHELL}/Signal"
    IDENTIFY = "identify"
    OTHER = "other"


class FaultCode(Enum):
    """The Windows error codes clients look at (reference 4, 7)."""

    TIMED_OUT = 2150858793
    UNKNOWN_SHELL = 2150858843
    UNKNOWN_COMMAND = 2150858794
    UNSUPPORTED = 2150858752
    UNSPECIFIED = 0x80004005


class WSManFault(Exception):
    """An answer that is a fault; `subcode` is its qualified name, `by_sender` whose mistake it is."""

    def __init__(self, code: FaultCode, subcode: str, reason: str, *, by_sender: bool = True) -> None:
        super().__init__(reason)
        self.code = code
        self.subcode = subcode
        self.by_sender = by_sender


def unknown_shell(shell_id: str) -> WSManFault:
    reason = (
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on the server. "
        "Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server."
    )
    return WSManFault(FaultCode.UNKNOWN_SHELL, "w:InvalidSelectors", reason)


def unknown_command(command_id: str) -> WSManFault:
    reason = (
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "
        f"Either the command has completed execution or the client specified an invalid command identifier. {command_id}"
    )
    return WSManFault(FaultCode.UNKNOWN_COMMAND, "w:InvalidParameter", reason)


def timed_out() -> WSManFault:
    reason = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return WSManFault(FaultCode.TIMED_OUT, "w:TimedOut", reason, by_sender=False)


@dataclass(frozen=True)
class Request:
    """A request as far as a shell needs it. `body` is the element inside the SOAP body, `timeout` in seconds, `max_envelope` in bytes."""

    operation: Operation
    action: str
    resource: str
    message_id: str
    shell_id: str
    timeout: float
    max_envelope: int
    options: Mapping[str, str]
    body: ElementTree.Element | None

    @property
    def element(self) -> ElementTree.Element:
        """The body's element. Raises WSManFault when the client sent none."""
        if self.body is None:
            raise WSManFault(FaultCode.UNSUPPORTED, "w:SchemaValidationError", "the body is empty")
        return self.body

    @property
    def stream(self) -> ElementTree.Element:
        """The stream a Send or Receive speaks of."""
        if not len(self.element):
            raise WSManFault(FaultCode.UNSUPPORTED, "w:SchemaValidationError", "no stream")
        return self.element[0]

    @property
    def command_id(self) -> str:
        """The command the request is about, upper case; empty when it is about the shell."""
        if self.body is None:
            return ""
        element = self.body if self.operation in (Operation.COMMAND, Operation.SIGNAL) or not len(self.body) else self.body[0]
        return (element.get("CommandId") or "").upper()

    def texts(self, *names: str) -> list[str]:
        """Texts of the body's children of these shell elements, in order."""
        wanted = {f"{{{SHELL}}}{name}" for name in names}
        return [child.text or "" for child in self.element if child.tag in wanted]


def parse(xml: bytes) -> Request:
    """Raises ElementTree.ParseError when it is no XML."""
    root = ElementTree.fromstring(xml)
    header = root.find(f"{{{SOAP}}}Header")
    body = root.find(f"{{{SOAP}}}Body")
    element = body[0] if body is not None and len(body) else None
    fields: dict[str, ElementTree.Element] = {child.tag: child for child in header} if header is not None else {}

    def text(namespace: str, name: str) -> str:
        found = fields.get(f"{{{namespace}}}{name}")
        return (found.text or "") if found is not None else ""

    selectors = fields.get(f"{{{WSMAN}}}SelectorSet")
    options = fields.get(f"{{{WSMAN}}}OptionSet")
    return Request(
        operation=_operation(text(ADDRESSING, "Action"), element),
        action=text(ADDRESSING, "Action"),
        resource=text(WSMAN, "ResourceURI"),
        message_id=text(ADDRESSING, "MessageID"),
        shell_id=_named(selectors).get("ShellId", "").upper(),
        timeout=_seconds(text(WSMAN, "OperationTimeout")),
        max_envelope=int(text(WSMAN, "MaxEnvelopeSize") or 153600),
        options=_named(options),
        body=element,
    )


def _operation(action: str, element: ElementTree.Element | None) -> Operation:
    if element is not None and element.tag == f"{{{IDENTITY}}}Identify":
        return Operation.IDENTIFY
    return next((operation for operation in Operation if operation.value == action), Operation.OTHER)


def _named(parent: ElementTree.Element | None) -> dict[str, str]:
    return {} if parent is None else {child.get("Name", ""): child.text or "" for child in parent}


def _seconds(duration: str) -> float:
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", duration)
    if not match:
        return 60.0
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0)


def envelope(action: str, relates_to: str, body: str) -> bytes:
    """An answer; `body` is XML that uses the prefixes declared here."""
    namespaces = f'xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}" xmlns:p="{MICROSOFT}"'
    return (
        f'<s:Envelope xml:lang="en-US" {namespaces}><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID><a:To>{ADDRESSING}/role/anonymous</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(problem: WSManFault, relates_to: str, machine: str) -> bytes:
    """The envelope of a fault; it travels with HTTP status 500."""
    reason = escape(str(problem))
    detail = (
        f'<f:WSManFault xmlns:f="{FAULT}" Code="{problem.code.value}" Machine={quoteattr(machine)}>'
        f"<f:Message>{reason}</f:Message></f:WSManFault>"
    )
    body = (
        f"<s:Fault><s:Code><s:Value>s:{'Sender' if problem.by_sender else 'Receiver'}</s:Value>"
        f"<s:Subcode><s:Value>{problem.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
    )
    return envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", relates_to, body)
