-- SPDX-License-Identifier: Apache-2.0
-- A session of a port that is held waits here until the port is released, 60 s at most.
local held = Map.new("virt@hold", Map._str)
core.register_action("hold", { "tcp-req" }, function(txn, port)
  local n = 0
  while held:lookup(port) ~= nil and n < 1200 do
    core.msleep(50)
    n = n + 1
  end
end, 1)
