#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report_mail.py KIND [NAME=VALUE...]: a report mail on standard output. KIND: dmarc or tls; values:
id, domain, policy, begin (seconds), pack (gzip, zip, xml, json, bomb, xxe, broken, binary), from, to,
good and bad (numbers of messages or sessions), mode, result."""
import email.message
import email.policy
import email.utils
import gzip
import io
import json
import sys
import time
import zipfile

v = {'id': '1', 'domain': 'e2e.test', 'policy': 'none', 'begin': str(int(time.time()) - 20 * 86400),
     'pack': 'gzip', 'from': 'reports@sender.test', 'to': 'admin@e2e.test', 'good': '100', 'bad': '0',
     'mode': 'testing', 'result': 'certificate-expired'}
v.update(a.split('=', 1) for a in sys.argv[2:])
begin = int(v['begin'])
end = begin + 16 * 86400


def row(ip, count, verdict):
    return f'''<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated>
<disposition>none</disposition><dkim>{verdict}</dkim><spf>{verdict}</spf></policy_evaluated></row>
<identifiers><header_from>{v['domain']}</header_from></identifiers><auth_results><spf>
<domain>{v['domain']}</domain><result>{verdict}</result></spf></auth_results></record>'''


def dmarc(doctype='', org='Sender Inc'):
    rows = row('198.51.100.7', v['good'], 'pass') + (row('203.0.113.66', v['bad'], 'fail') if v['bad'] != '0' else '')
    return f'''<?xml version="1.0" encoding="UTF-8" ?>{doctype}<feedback><report_metadata><org_name>{org}</org_name>
<email>{v['from']}</email><report_id>{v['id']}</report_id><date_range><begin>{begin}</begin><end>{end}</end>
</date_range></report_metadata><policy_published><domain>{v['domain']}</domain><adkim>r</adkim><aspf>r</aspf>
<p>{v['policy']}</p><sp>none</sp><pct>100</pct></policy_published>{rows}</feedback>'''.encode()


def tls():
    def stamp(t):
        return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(t))
    failures = [{'result-type': v['result'], 'sending-mta-ip': '198.51.100.7', 'receiving-mx-hostname': 'mail.e2e.test',
                 'failed-session-count': int(v['bad'])}] if v['bad'] != '0' else []
    return json.dumps({
        'organization-name': 'Sender Inc', 'date-range': {'start-datetime': stamp(begin), 'end-datetime': stamp(end)},
        'contact-info': v['from'], 'report-id': v['id'], 'policies': [{
            'policy': {'policy-type': 'sts', 'policy-string': ['version: STSv1', 'mode: ' + v['mode'], 'mx: mail.e2e.test',
                                                              'max_age: 86400'], 'policy-domain': v['domain']},
            'summary': {'total-successful-session-count': int(v['good']), 'total-failure-session-count': int(v['bad'])},
            'failure-details': failures}]}).encode()


def zipped(name, data):
    b = io.BytesIO()
    with zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr(name, data)
    return b.getvalue()


kind = sys.argv[1]
name = f"sender.test!{v['domain']}!{begin}!{end}"
data = dmarc() if kind == 'dmarc' else tls()
pack = v['pack']
if pack == 'gzip':
    part, subtype = gzip.compress(data), 'gzip' if kind == 'dmarc' else 'tlsrpt+gzip'
elif pack == 'zip':
    part, subtype = zipped(name + '.xml', data), 'zip'
elif pack == 'bomb':
    part, subtype = zipped(name + '.xml', b'<feedback>' + bytes(60 << 20)), 'zip'
elif pack == 'xxe':
    part, subtype = gzip.compress(dmarc('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '&e;')), 'gzip'
elif pack == 'broken':
    part, subtype = gzip.compress(data)[:-20], 'gzip'
elif pack == 'binary':
    part, subtype = bytes(range(256)) * 40, 'octet-stream'
else:
    part, subtype = data, 'xml' if kind == 'dmarc' else 'tlsrpt+json'
m = email.message.EmailMessage(policy=email.policy.SMTP)
m['From'], m['To'] = v['from'], v['to']
m['Subject'] = f"Report Domain: {v['domain']} Submitter: sender.test Report-ID: {v['id']}"
m['Date'], m['Message-ID'] = email.utils.localtime(), email.utils.make_msgid(domain='sender.test')
if kind == 'tls':
    m['TLS-Report-Domain'], m['TLS-Report-Submitter'] = v['domain'], 'sender.test'
m.set_content('This is an aggregate report from Sender Inc.\n')
m.add_attachment(part, maintype='application', subtype=subtype, filename=name + '.' + subtype)
sys.stdout.buffer.write(bytes(m))
