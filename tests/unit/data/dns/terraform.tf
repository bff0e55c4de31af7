# Provider cloudflare/cloudflare, version 5. zone_ids: the id of each zone by its name.
variable "zone_ids" {
  type = map(string)
}

resource "cloudflare_dns_record" "r_mail_example_org_host-a" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "A"
  ttl = 3600
  proxied = false
  content = "192.0.2.25"
}

resource "cloudflare_dns_record" "r_mail_example_org_host-aaaa" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "AAAA"
  ttl = 3600
  proxied = false
  content = "2001:db8::25"
}

resource "cloudflare_dns_record" "r_mail_example_org_host-mx" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "MX"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
  priority = 10
}

resource "cloudflare_dns_record" "r_mail_example_org_host-spf" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=spf1 a -all\""
}

resource "cloudflare_dns_record" "r_mail_example_org_host-dmarc" {
  zone_id = var.zone_ids["example.org"]
  name = "_dmarc.mail.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1; p=reject\""
}

resource "cloudflare_dns_record" "r_mail_example_org_host-tlsrpt" {
  zone_id = var.zone_ids["example.org"]
  name = "_smtp._tls.mail.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=TLSRPTv1; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_mail_example_org_caa-issue" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "CAA"
  ttl = 3600
  proxied = false
  data = {
    flags = 0
    tag = "issue"
    value = "letsencrypt.org; validationmethods=http-01; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/12345"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_caa-issuewild" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "CAA"
  ttl = 3600
  proxied = false
  data = {
    flags = 0
    tag = "issuewild"
    value = ";"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_caa-iodef" {
  zone_id = var.zone_ids["example.org"]
  name = "mail.example.org"
  type = "CAA"
  ttl = 3600
  proxied = false
  data = {
    flags = 0
    tag = "iodef"
    value = "mailto:postmaster@example.org"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-smtp" {
  zone_id = var.zone_ids["example.org"]
  name = "_25._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-smtp-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_25._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-submissions" {
  zone_id = var.zone_ids["example.org"]
  name = "_465._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-submissions-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_465._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-submission" {
  zone_id = var.zone_ids["example.org"]
  name = "_587._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-submission-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_587._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-imaps" {
  zone_id = var.zone_ids["example.org"]
  name = "_993._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-imaps-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_993._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-imap" {
  zone_id = var.zone_ids["example.org"]
  name = "_143._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-imap-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_143._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-sieve" {
  zone_id = var.zone_ids["example.org"]
  name = "_4190._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-sieve-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_4190._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-https" {
  zone_id = var.zone_ids["example.org"]
  name = "_443._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "1111111111111111111111111111111111111111111111111111111111111111"
  }
}

resource "cloudflare_dns_record" "r_mail_example_org_tlsa-https-next" {
  zone_id = var.zone_ids["example.org"]
  name = "_443._tcp.mail.example.org"
  type = "TLSA"
  ttl = 3600
  proxied = false
  data = {
    usage = 3
    selector = 1
    matching_type = 1
    certificate = "2222222222222222222222222222222222222222222222222222222222222222"
  }
}

resource "cloudflare_dns_record" "r_example_org_mx" {
  zone_id = var.zone_ids["example.org"]
  name = "example.org"
  type = "MX"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
  priority = 10
}

resource "cloudflare_dns_record" "r_example_org_spf" {
  zone_id = var.zone_ids["example.org"]
  name = "example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=spf1 mx ~all\""
}

resource "cloudflare_dns_record" "r_example_org_dkim-ms-rsa" {
  zone_id = var.zone_ids["example.org"]
  name = "ms-rsa._domainkey.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0f0e1tKQhOSf2UZtWMd8jyrvdQ0D0P9yVv5f3n9H8bJbqj1cEnyQp0rMoFQy5m1D4zT1hVn0yH6CX5oKf8L9hQ9bDkSfYv3dJmZl2oM0sPpT0Z0Gk1l4l8e8c2y5m1v3Ck5b7VtqYyM3sI2dX4r6wqzY9h0bW1uJk3o2p8T6c9lR5n7e0a4g2x1i8f6d3s5q7\" \"w9u1y3t5r7e9w1q2z4x6c8v0b2n4m6a8s0d2f4g6h8j0k2l4q6w8e0r2t4y6u8i0o2p4a6s8d0f2g4h6j8k0l2z4x6c8v0b2n4m6q8w0e2r4t6y8u0i2o4p6a8s0d2f4g6h8j0k2l4z6x8c0v2b4n6m8QIDAQAB\""
}

resource "cloudflare_dns_record" "r_example_org_dkim-ms-ed25519" {
  zone_id = var.zone_ids["example.org"]
  name = "ms-ed25519._domainkey.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\""
}

resource "cloudflare_dns_record" "r_example_org_dmarc" {
  zone_id = var.zone_ids["example.org"]
  name = "_dmarc.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_example_org_tlsrpt" {
  zone_id = var.zone_ids["example.org"]
  name = "_smtp._tls.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=TLSRPTv1; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_example_org_srv-submissions" {
  zone_id = var.zone_ids["example.org"]
  name = "_submissions._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 465
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-submission" {
  zone_id = var.zone_ids["example.org"]
  name = "_submission._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 587
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-imaps" {
  zone_id = var.zone_ids["example.org"]
  name = "_imaps._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 993
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-imap" {
  zone_id = var.zone_ids["example.org"]
  name = "_imap._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 143
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-pop3s" {
  zone_id = var.zone_ids["example.org"]
  name = "_pop3s._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-pop3" {
  zone_id = var.zone_ids["example.org"]
  name = "_pop3._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_example_org_srv-sieve" {
  zone_id = var.zone_ids["example.org"]
  name = "_sieve._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 4190
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_name-autoconfig" {
  zone_id = var.zone_ids["example.org"]
  name = "autoconfig.example.org"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_org_name-autodiscover" {
  zone_id = var.zone_ids["example.org"]
  name = "autodiscover.example.org"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_org_srv-autodiscover" {
  zone_id = var.zone_ids["example.org"]
  name = "_autodiscover._tcp.example.org"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 443
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_org_name-mta-sts" {
  zone_id = var.zone_ids["example.org"]
  name = "mta-sts.example.org"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_org_mta-sts" {
  zone_id = var.zone_ids["example.org"]
  name = "_mta-sts.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=STSv1; id=23a3e15b0b1d51c33bf4\""
}

resource "cloudflare_dns_record" "r_example_net_dmarc-report" {
  zone_id = var.zone_ids["example.org"]
  name = "example.net._report._dmarc.example.org"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1\""
}

resource "cloudflare_dns_record" "r_example_net_mx" {
  zone_id = var.zone_ids["example.net"]
  name = "example.net"
  type = "MX"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
  priority = 10
}

resource "cloudflare_dns_record" "r_example_net_spf" {
  zone_id = var.zone_ids["example.net"]
  name = "example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=spf1 mx ~all\""
}

resource "cloudflare_dns_record" "r_example_net_dkim-ms-rsa" {
  zone_id = var.zone_ids["example.net"]
  name = "ms-rsa._domainkey.example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0f0e1tKQhOSf2UZtWMd8jyrvdQ0D0P9yVv5f3n9H8bJbqj1cEnyQp0rMoFQy5m1D4zT1hVn0yH6CX5oKf8L9hQ9bDkSfYv3dJmZl2oM0sPpT0Z0Gk1l4l8e8c2y5m1v3Ck5b7VtqYyM3sI2dX4r6wqzY9h0bW1uJk3o2p8T6c9lR5n7e0a4g2x1i8f6d3s5q7\" \"w9u1y3t5r7e9w1q2z4x6c8v0b2n4m6a8s0d2f4g6h8j0k2l4q6w8e0r2t4y6u8i0o2p4a6s8d0f2g4h6j8k0l2z4x6c8v0b2n4m6q8w0e2r4t6y8u0i2o4p6a8s0d2f4g6h8j0k2l4z6x8c0v2b4n6m8QIDAQAB\""
}

resource "cloudflare_dns_record" "r_example_net_dkim-ms-ed25519" {
  zone_id = var.zone_ids["example.net"]
  name = "ms-ed25519._domainkey.example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\""
}

resource "cloudflare_dns_record" "r_example_net_dmarc" {
  zone_id = var.zone_ids["example.net"]
  name = "_dmarc.example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_example_net_tlsrpt" {
  zone_id = var.zone_ids["example.net"]
  name = "_smtp._tls.example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=TLSRPTv1; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_example_net_srv-submissions" {
  zone_id = var.zone_ids["example.net"]
  name = "_submissions._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 465
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-submission" {
  zone_id = var.zone_ids["example.net"]
  name = "_submission._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 587
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-imaps" {
  zone_id = var.zone_ids["example.net"]
  name = "_imaps._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 993
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-imap" {
  zone_id = var.zone_ids["example.net"]
  name = "_imap._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 143
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-pop3s" {
  zone_id = var.zone_ids["example.net"]
  name = "_pop3s._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-pop3" {
  zone_id = var.zone_ids["example.net"]
  name = "_pop3._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_example_net_srv-sieve" {
  zone_id = var.zone_ids["example.net"]
  name = "_sieve._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 4190
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_name-autoconfig" {
  zone_id = var.zone_ids["example.net"]
  name = "autoconfig.example.net"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_net_name-autodiscover" {
  zone_id = var.zone_ids["example.net"]
  name = "autodiscover.example.net"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_net_srv-autodiscover" {
  zone_id = var.zone_ids["example.net"]
  name = "_autodiscover._tcp.example.net"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 443
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_example_net_name-mta-sts" {
  zone_id = var.zone_ids["example.net"]
  name = "mta-sts.example.net"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_example_net_mta-sts" {
  zone_id = var.zone_ids["example.net"]
  name = "_mta-sts.example.net"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=STSv1; id=23a3e15b0b1d51c33bf4\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_mx" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "xn--bcher-kva.example"
  type = "MX"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
  priority = 10
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_spf" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "xn--bcher-kva.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=spf1 mx include:_spf.provider.example include:news.example -all\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_dkim-ms-rsa" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "ms-rsa._domainkey.xn--bcher-kva.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0f0e1tKQhOSf2UZtWMd8jyrvdQ0D0P9yVv5f3n9H8bJbqj1cEnyQp0rMoFQy5m1D4zT1hVn0yH6CX5oKf8L9hQ9bDkSfYv3dJmZl2oM0sPpT0Z0Gk1l4l8e8c2y5m1v3Ck5b7VtqYyM3sI2dX4r6wqzY9h0bW1uJk3o2p8T6c9lR5n7e0a4g2x1i8f6d3s5q7\" \"w9u1y3t5r7e9w1q2z4x6c8v0b2n4m6a8s0d2f4g6h8j0k2l4q6w8e0r2t4y6u8i0o2p4a6s8d0f2g4h6j8k0l2z4x6c8v0b2n4m6q8w0e2r4t6y8u0i2o4p6a8s0d2f4g6h8j0k2l4z6x8c0v2b4n6m8QIDAQAB\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_dkim-ms-ed25519" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "ms-ed25519._domainkey.xn--bcher-kva.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_dmarc" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_dmarc.xn--bcher-kva.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1; p=reject; rua=mailto:dmarc%21box@reports.xn--bcher-kva.example\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_tlsrpt" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_smtp._tls.xn--bcher-kva.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=TLSRPTv1; rua=mailto:postmaster@example.org\""
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-submissions" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_submissions._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 465
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-submission" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_submission._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 587
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-imaps" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_imaps._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 993
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-imap" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_imap._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 143
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-pop3s" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_pop3s._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-pop3" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_pop3._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-sieve" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_sieve._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 4190
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_name-autoconfig" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "autoconfig.xn--bcher-kva.example"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_name-autodiscover" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "autodiscover.xn--bcher-kva.example"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_xn--bcher-kva_example_srv-autodiscover" {
  zone_id = var.zone_ids["xn--bcher-kva.example"]
  name = "_autodiscover._tcp.xn--bcher-kva.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 443
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_mx" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "nokeys.example"
  type = "MX"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
  priority = 10
}

resource "cloudflare_dns_record" "r_nokeys_example_spf" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "nokeys.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=spf1 mx ~all\""
}

resource "cloudflare_dns_record" "r_nokeys_example_dmarc" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_dmarc.nokeys.example"
  type = "TXT"
  ttl = 3600
  proxied = false
  content = "\"v=DMARC1; p=none\""
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-submissions" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_submissions._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 465
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-submission" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_submission._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 587
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-imaps" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_imaps._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 993
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-imap" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_imap._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 10
    weight = 1
    port = 143
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-pop3s" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_pop3s._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-pop3" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_pop3._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 0
    port = 0
    target = "."
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-sieve" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_sieve._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 4190
    target = "mail.example.org"
  }
}

resource "cloudflare_dns_record" "r_nokeys_example_name-autoconfig" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "autoconfig.nokeys.example"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_nokeys_example_name-autodiscover" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "autodiscover.nokeys.example"
  type = "CNAME"
  ttl = 3600
  proxied = false
  content = "mail.example.org"
}

resource "cloudflare_dns_record" "r_nokeys_example_srv-autodiscover" {
  zone_id = var.zone_ids["nokeys.example"]
  name = "_autodiscover._tcp.nokeys.example"
  type = "SRV"
  ttl = 3600
  proxied = false
  data = {
    priority = 0
    weight = 1
    port = 443
    target = "mail.example.org"
  }
}
