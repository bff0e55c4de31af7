-- What authenticated users send is counted, each recipient as one: for the user, and for all users of the
-- domain together. Mailboxes with a rate of their own count nowhere else.
local user_rate = { burst = 100, rate = 100 / 1800 }
local domain_rate = false
local own_rate = {
  ["anna@example.org"] = { burst = 5000, rate = 5000 / 86400 },
  ["info@example.org"] = false,
}

-- Rspamd fills in a table that it is given: a new one each time.
local function limit(key, rate)
  if rate then
    return key, { burst = rate.burst, rate = rate.rate }
  end
end

return {
  mailbox = function(task)
    local user = (task:get_user() or ''):lower()
    if user == '' then return nil end
    local own = own_rate[user]
    if own ~= nil then return limit('send-user:' .. user, own) end
    return limit('send-user:' .. user, user_rate)
  end,
  domain = function(task)
    local user = (task:get_user() or ''):lower()
    local name = user:match('@([^@]+)$')
    if not name or own_rate[user] ~= nil then return nil end
    return limit('send-domain:' .. name, domain_rate)
  end,
}
