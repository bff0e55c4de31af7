-- What authenticated users send is counted, each recipient as one: for the user, and for all users of the
-- domain together. Mailboxes with a rate of their own count nowhere else.
local user_rate = { burst = 200, rate = 200 / 3600 }
local domain_rate = { burst = 2000, rate = 2000 / 3600 }
local own_rate = {
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
