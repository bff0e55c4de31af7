#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""webmail.py AT URL USER PASSWORD TOKEN NEW_PASSWORD SHOTS: what a user of the webmail does, in a real
browser. A wrong password is refused. Of four messages, whose subjects hold TOKEN, "letter" is read and
answered with an attachment, "pills" is marked as junk, "bill" is archived, and the attachments of
"photos" are fetched as one file. A message written with the rich-text editor goes to USER. A rule files
messages with "rule TOKEN" in their subject into Trash, an answer for the time out of office is switched
on, and the password becomes NEW_PASSWORD."""
import os
import sys
import tempfile

from browser import Browser


def log_in(b, url, user, password):
    b.open(url)
    b.fill("#rcmloginuser", user)
    b.fill("#rcmloginpwd", password)
    b.click("#rcmloginsubmit")


def show(b, url, subject):
    """Open the message of that subject."""
    b.open(url + "?_task=mail&_mbox=INBOX")
    row = b.until("message " + subject, lambda: next(
        x.get_attribute("href") for x in b.all("#messagelist td.subject a") if subject in x.text))
    b.open(row)
    b.one("#messagebody")


def attach(b, name, size):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write("tomatoes " * (size // 9))
        b.until("upload field", lambda: b.all("input[type=file]")[0]).send_keys(path)
        b.until("attachment " + name, lambda: [
            x for x in b.all("#attachment-list li")
            if name in x.text and "uploading" not in x.get_attribute("class")])


def send(b):
    b.click("button.send")
    b.until("sent", lambda: "_action=compose" not in b.driver.current_url)


def answer(b):
    b.click("a.reply")
    b.one("#composebody").send_keys("Thank you. The picture is in the attachment.\n\n")
    attach(b, "garden.txt", 180000)
    b.shot("3-answer")
    send(b)


def write_rich(b, url, user, subject):
    """With the editor for formatted text, and as much attached as may be; more is refused."""
    b.open(url + "?_task=mail&_action=compose&_to=" + user)
    b.fill("#compose-subject", subject)
    b.driver.execute_script("rcmail.command('toggle-editor', {id: 'composebody', html: true});")
    b.frame(".tox-edit-area iframe")
    b.one("body#tinymce").send_keys("Dear all, this is formatted.")
    b.top()
    attach(b, "large.txt", 1400000)
    with tempfile.NamedTemporaryFile(suffix=".txt") as f:
        f.write(b"x" * 3000000)
        f.flush()
        b.all("input[type=file]")[0].send_keys(f.name)
        b.says("exceeds the maximum")
    b.shot("8-rich-text")
    b.until("dialog closed", lambda: [x.click() for x in b.all(".ui-dialog button.cancel, "
                                      ".ui-dialog button.ok") if x.is_displayed()] or True)
    send(b)


def leave_inbox(b, url, subject, button):
    show(b, url, subject)
    b.click("#toolbar-menu a." + button + ", .toolbar a." + button)
    b.until("no longer in the inbox", lambda: "_action=show" not in b.driver.current_url
            or subject not in b.text())


def fetch_zip(b, url, subject):
    show(b, url, subject)
    b.shot("9-attachments")
    href = b.one("a.zipdownload").get_attribute("href")
    start = b.driver.execute_async_script(
        "const done = arguments[1]; fetch(arguments[0]).then(r => r.arrayBuffer())"
        ".then(a => done(String.fromCharCode(...new Uint8Array(a).slice(0, 2)) + a.byteLength));", href)
    if not start.startswith("PK"):
        raise AssertionError(f"no zip file: {start}")


def make_rule(b, url, word):
    b.open(url + "?_task=settings&_action=plugin.managesieve")
    b.click("a.create")
    b.frame("#filter-box")
    b.fill("#_name", "to the trash")
    b.choose("#header0", "subject")
    b.choose("#rule_op0", "contains")
    b.fill("input[name='_rule_target[0][]']", word)
    b.choose("#action_type0", "fileinto")
    b.choose("[name='_action_mailbox[0]']", "Trash")
    b.shot("4-rule")
    b.click("button.submit, button.save, input.mainaction, button.mainaction")
    b.top()
    b.until("rule in the list", lambda: [x for x in b.all("#filterslist td")
                                         if "to the trash" in x.text])
    b.shot("5-rules")


def go_on_vacation(b, url):
    b.open(url + "?_task=settings&_action=plugin.managesieve-vacation")
    b.fill("#vacation_subject", "In the garden")
    b.fill("#vacation_reason", "I am in the garden until Monday.")
    b.choose("#vacation_status", "on")
    b.shot("7-vacation")
    b.click("button.submit, button.save, button.mainaction")
    b.says("saved successfully")


def change_password(b, url, old, new):
    b.open(url + "?_task=settings&_action=plugin.password")
    b.fill("#curpasswd", old)
    b.fill("#newpasswd", new)
    b.fill("#confpasswd", new)
    b.shot("6-password")
    b.click("button.submit, button.save, button.mainaction")
    b.says("Successfully saved")


def main():
    at, url, user, password, token, new, shots = sys.argv[1:]
    with Browser(at, shots) as b:
        b.open(url)
        b.one("#rcmloginuser")
        b.shot("0-log-in")
        log_in(b, url, user, "wrong-" + password)
        b.says("Login failed")
        log_in(b, url, user, password)
        b.one("#messagelist")
        b.until("messages", lambda: len(b.all("#messagelist td.subject a")) >= 4)
        b.shot("1-inbox")
        show(b, url, "letter " + token)
        b.says("about the garden")
        b.shot("2-message")
        answer(b)
        leave_inbox(b, url, "pills " + token, "junk")
        leave_inbox(b, url, "bill " + token, "archive")
        fetch_zip(b, url, "photos " + token)
        write_rich(b, url, user, "rich " + token)
        make_rule(b, url, "rule " + token)
        go_on_vacation(b, url)
        change_password(b, url, password, new)
        b.open(url + "?_task=settings&_action=folders")
        b.one("#subscription-table")
        b.shot("10-folders")
        b.open(url)
        b.one("#messagelist")
        b.until("logged out", lambda: b.all("#rcmloginuser") or b.one("a.logout").click())


main()
