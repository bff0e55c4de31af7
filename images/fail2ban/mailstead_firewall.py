# SPDX-License-Identifier: Apache-2.0
"""One nftables table of banned addresses, shared by all jails of this process.

The table has the flag `owner`: the kernel lets nobody else change it, `nft flush ruleset` of other tools
passes it over, and it goes with this process, however that ends. It only ever drops packets from banned
addresses to the ports named in /config/firewall.json; everything else is left to other tables.
"""
import ipaddress
import json
import logging
import os
import threading

import nftables

CHECK_EVERY_S = 5
log = logging.getLogger("fail2ban.mailstead")


def set_of(group, address):
    """The set that an address (text) belongs to: hosts and networks of both families are apart."""
    return "%s%s%d" % (group, "net" if "/" in address else "", 6 if ":" in address else 4)


def canonical(address):
    """One text for one address or network."""
    kind = ipaddress.ip_network if "/" in address else ipaddress.ip_address
    return str(kind(address))


class Firewall:
    def __init__(self, table, ports):
        """ports: {"mail": [25, ...], "ssh": [22]}, the groups and the TCP ports that each closes."""
        self.table = table
        self.ports = {group: list(p) for group, p in ports.items()}
        self.jails = {}  # name -> (group, banned addresses)
        self.lock = threading.RLock()
        self.nft = nftables.Nftables()  # its netlink socket owns the table

    def command(self, text):
        status, _, error = self.nft.cmd(text)
        if status:
            raise RuntimeError("nftables: " + " ".join(error.split()))

    def wanted(self, group):
        """What is banned in the group, whichever jails ban it."""
        return set().union(*(banned for g, banned in self.jails.values() if g == group))

    def load(self):
        """Put the whole table in place in one step."""
        start = ["table inet %s {" % self.table, "flags owner"]
        text = start + ["}", "delete table inet %s" % self.table] + start
        for group in self.ports:
            banned = self.wanted(group)
            for family in (4, 6):
                for kind, extra in (("", ""), ("net", "flags interval; auto-merge; ")):
                    name = "%s%s%d" % (group, kind, family)
                    members = ", ".join(sorted(a for a in banned if set_of(group, a) == name))
                    text.append("set %s { type ipv%d_addr; %s%s}" % (
                        name, family, extra, "elements = { %s } " % members if members else ""))
            text.append("chain %s {" % group)
            for kind in ("", "net"):
                text.append("ip saddr @%s%s4 drop" % (group, kind))
                text.append("ip6 saddr @%s%s6 drop" % (group, kind))
            text.append("}")
        text.append("chain input { type filter hook input priority filter - 10; policy accept;")
        for group, ports in self.ports.items():
            if ports:
                text.append("tcp dport { %s } jump %s" % (", ".join(map(str, ports)), group))
        text += ["}", "}"]
        try:
            self.command("\n".join(text))
        except RuntimeError as e:
            # without the table nothing is banned: end, and be seen
            log.critical("%s (a kernel of 5.12 or newer is needed)", e)
            os._exit(1)

    def try_or_load(self, text):
        try:
            self.command(text)
        except RuntimeError as e:
            log.warning("the table is made anew: %s", e)
            self.load()

    def update(self, group, address, add):
        name = set_of(group, address)
        if "/" in address:
            members = [a for a in self.wanted(group) if set_of(group, a) == name]
            text = "flush set inet %s %s" % (self.table, name)
            if members:
                text += "\nadd element inet %s %s { %s }" % (self.table, name, ", ".join(members))
        else:
            text = "%s element inet %s %s { %s }" % ("add" if add else "delete", self.table, name, address)
        self.try_or_load(text)

    def add_jail(self, jail, group):
        with self.lock:
            first = not self.jails
            self.jails[jail] = (group, set())
            if first:
                self.load()
                threading.Thread(target=self.guard, name="firewall", daemon=True).start()

    def remove_jail(self, jail):
        with self.lock:
            self.clear(jail)
            self.jails.pop(jail, None)

    def clear(self, jail):
        with self.lock:
            for address in list(self.jails[jail][1]) if jail in self.jails else ():
                self.unban(jail, address)

    def ban(self, jail, address):
        address = canonical(address)
        with self.lock:
            group, banned = self.jails[jail]
            before = address in self.wanted(group)
            banned.add(address)
            if not before:
                self.update(group, address, True)

    def unban(self, jail, address):
        address = canonical(address)
        with self.lock:
            group, banned = self.jails.get(jail, ("", set()))
            if address not in banned:
                return
            banned.remove(address)
            if address not in self.wanted(group):
                self.update(group, address, False)

    def check(self):
        """Make the table anew if it is gone: the library opens its socket again after some errors."""
        with self.lock:
            self.try_or_load("list chain inet %s input" % self.table)

    def guard(self):
        tick = threading.Event()
        while not tick.wait(CHECK_EVERY_S):
            self.check()


_shared = None


def shared():
    """The one of this process."""
    global _shared
    if _shared is None:
        with open("/config/firewall.json", encoding="ascii") as f:
            settings = json.load(f)
        _shared = Firewall(settings["table"], settings["ports"])
    return _shared
