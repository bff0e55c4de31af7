# SPDX-License-Identifier: Apache-2.0
"""Fail2Ban's action: bans of a jail go to the shared table (mailstead_firewall.py)."""
import mailstead_firewall
from fail2ban.server.action import ActionBase


class Action(ActionBase):
    def __init__(self, jail, name, group="mail"):
        super().__init__(jail, name)
        self.group = group
        self.firewall = mailstead_firewall.shared()

    def start(self):
        self.firewall.add_jail(self._jail.name, self.group)

    def stop(self):
        self.firewall.remove_jail(self._jail.name)

    def flush(self):
        self.firewall.clear(self._jail.name)

    def ban(self, aInfo):
        self.firewall.ban(self._jail.name, str(aInfo["ip"]))

    def reban(self, aInfo):
        self.ban(aInfo)

    def unban(self, aInfo):
        self.firewall.unban(self._jail.name, str(aInfo["ip"]))
