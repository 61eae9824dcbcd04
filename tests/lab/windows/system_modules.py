"""ansible.windows modules about the machine: win_ping, setup, win_whoami."""

from __future__ import annotations

from typing import Any

from .accounts import ADMINISTRATORS
from .module_call import Call, Handler, ModuleFailed


async def win_ping(call: Call) -> dict[str, Any]:
    data = call.get("data", default="pong")
    if data == "crash":
        raise ModuleFailed("boom")
    return {"ping": data}


async def setup(call: Call) -> dict[str, Any]:
    host, session = call.host, call.session
    return {
        "ansible_facts": {
            "ansible_os_family": "Windows",
            "ansible_system": "Win32NT",
            "ansible_distribution": f"Microsoft {host.os.name} {host.os.edition.removeprefix('Server')}",
            "ansible_distribution_version": f"10.0.{host.os.build}.0",
            "ansible_distribution_major_version": "10",
            "ansible_os_name": f"Microsoft {host.os.name}",
            "ansible_os_product_type": "server",
            "ansible_kernel": f"10.0.{host.os.build}.0",
            "ansible_hostname": host.computer_name,
            "ansible_nodename": host.name,
            "ansible_fqdn": host.name,
            "ansible_domain": host.domain,
            "ansible_windows_domain": host.domain,
            "ansible_windows_domain_member": True,
            "ansible_architecture": "64-bit",
            "ansible_memtotal_mb": host.memory_bytes // 1024**2,
            "ansible_processor_cores": host.hardware.cores,
            "ansible_processor_vcpus": host.hardware.logical_processors,
            "ansible_powershell_version": 5,
            "ansible_user_id": session.user.rpartition("\\")[2],
            "ansible_env": session.environment,
            "ansible_reboot_pending": bool(host.pending_reboot.reasons()),
            "ansible_lastboot": host.boot_time.strftime("%Y-%m-%d %H:%M:%SZ"),
            "ansible_uptime_seconds": int((host.clock.now() - host.boot_time).total_seconds()),
        }
    }


async def win_whoami(call: Call) -> dict[str, Any]:
    session, accounts = call.session, call.host.accounts
    domain, _unused, name = session.user.rpartition("\\")
    user = accounts.find(session.user)
    groups = accounts.group_sids(user) if user else [ADMINISTRATORS]
    return {
        "account": {"account_name": name, "domain_name": domain, "sid": accounts.sid_of(session.user), "type": "User"},
        "authentication_package": "NTLM" if session.is_network_logon else "Negotiate",
        "dns_domain_name": accounts.directory.dns_name,
        "groups": [{"sid": sid, "account_name": accounts.principal(sid).name} for sid in groups],
        "label": {"sid": "S-1-16-12288" if session.is_administrator else "S-1-16-8192"},
        "login_domain": domain,
        "logon_type": "Network" if session.is_network_logon else "Interactive",
        "user_flags": [],
    }


HANDLERS: dict[str, Handler] = {
    "win_ping": win_ping,
    "ping": win_ping,
    "setup": setup,
    "gather_facts": setup,
    "win_whoami": win_whoami,
}
