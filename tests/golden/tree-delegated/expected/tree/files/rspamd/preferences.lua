-- What counts as spam for a recipient. Dovecot's dictionary server answers from the directory. Only
-- refusing is decided here, for the message as a whole: it is refused from the highest score among
-- its recipients on, and neither by its score nor for a while (greylisting) when one of them allows
-- the sender. Which mail goes to Junk is decided for each recipient at delivery. When nobody answers,
-- the site's score counts.
local rspamd_tcp = require "rspamd_tcp"
local rspamd_logger = require "rspamd_logger"

local HOST, PORT, TIMEOUT = "172.30.25.24", 12346, 2.0
local REJECT = 15
local NEVER = 100000
-- more recipients than these have the site's score
local MAX_RECIPIENTS = 20

-- An address in lower case that the lists can hold, else nil. (What it may not hold would also
-- need an escape in a key of the dictionary.)
local function plain(address)
  address = (address or ""):lower()
  return #address <= 254 and address:match("^[%w._+=-]+@[%w.-]+$")
end

-- the addresses and domains that the lists may name this message's sender by
local function senders_of(task)
  local list, seen = {}, {}
  local function add(name)
    if name and not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  for _, kind in ipairs({ "smtp", "mime" }) do
    for _, a in ipairs(task:get_from(kind) or {}) do
      local address = plain(a.addr)
      local domain = (a.domain or ""):lower()
      add(address)
      add(domain:match("^[%w.-]+$"))
    end
  end
  return list
end

-- What to ask, and for each question in turn whose answer it is: one table for each recipient,
-- with "own" and "domain" in it.
local function questions(task)
  local lines, places, people = { "H4\t0\t0\t\tspam" }, {}, {}
  local senders = senders_of(task)
  for _, r in ipairs(task:get_recipients("smtp") or {}) do
    local address = plain(r.addr)
    if address and #people < MAX_RECIPIENTS then
      -- the mailbox without a detail ("anna+lists")
      address = address:gsub("^([^+@]+)%+[^@]*@", "%1@")
      local person = { own = {}, domain = {} }
      people[#people + 1] = person
      for level, owner in pairs({ own = address, domain = address:match("@.*$") }) do
        lines[#lines + 1] = "Lshared/reject/" .. owner .. "\t"
        places[#places + 1] = { person[level], "reject" }
        for _, sender in ipairs(senders) do
          lines[#lines + 1] = "Lshared/sender/" .. owner .. "/" .. sender .. "\t"
          places[#places + 1] = { person[level] }
        end
      end
    end
  end
  return lines, places, people
end

-- from which score on one recipient has it refused; the mailbox's own goes before its domain's
local function threshold(person)
  local own, domain = person.own, person.domain
  if own.allow or (not own.deny and domain.allow) then
    return NEVER
  end
  return own.reject or domain.reject or REJECT
end

local function apply(task, people)
  local highest = #people < #task:get_recipients("smtp") and REJECT or 0
  for _, person in ipairs(people) do
    highest = math.max(highest, threshold(person))
  end
  if highest == NEVER then
    task:get_mempool():set_variable("grey_whitelisted", "recipient")
  end
  if highest ~= REJECT then
    task:set_settings({ actions = { reject = highest } })
  end
end

local function check(task)
  local lines, places, people = questions(task)
  if #people == 0 or task:get_user() then
    return
  end
  local missing = #places
  -- "*7" says that an answer will come, "+7 Oallow ..." is one, "+7 N ..." says that there is nothing
  local function answered(err, data, conn)
    local line = data and tostring(data) or ""
    local number, value = line:match("^%+(%d+)\t[ONMF]([^\t\r\n]*)")
    local place = number and places[tonumber(number)]
    if err or (not place and not line:match("^%*%d+")) then
      rspamd_logger.warnx(task, "what counts as spam for the recipients: %s", err or line)
      conn:close()
      return
    end
    if place then
      missing = missing - 1
      if place[2] then
        place[1].reject = tonumber(value)
      elseif value ~= "" then
        place[1][value] = true
      end
    end
    if missing > 0 then
      conn:add_read(answered, "\n")
      return
    end
    conn:close()
    apply(task, people)
  end
  rspamd_tcp.request({
    task = task, host = HOST, port = PORT, timeout = TIMEOUT, data = table.concat(lines, "\n") .. "\n",
    stop_pattern = "\n", callback = answered,
  })
end

rspamd_config:register_symbol({
  name = "RECIPIENT_PREFERENCES",
  type = "prefilter",
  priority = 9,
  callback = check,
  flags = "empty",
})
