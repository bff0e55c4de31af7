-- SPDX-License-Identifier: Apache-2.0
-- The map has for each port the time (seconds since 1970) until which it is held, 0 or nothing when
-- it is not. A session of a held port waits here until then or until the port is released, 60 s at
-- most.
local held = Map.new("virt@hold", Map._str)
core.register_action("hold", { "tcp-req" }, function(txn, port)
  local n = 0
  while core.now().sec < (tonumber(held:lookup(port)) or 0) and n < 1200 do
    core.msleep(50)
    n = n + 1
  end
end, 1)
