-- SPDX-License-Identifier: Apache-2.0
-- Print the controller's password as a hash, in the form of worker-controller.inc. `rspamadm pw`
-- would want the password as an argument, which every process can read.
local file = assert(io.open("/config/controller.password"))
local hash = require("rspamd_cryptobox").pbkdf((file:read("*l")))
file:close()
print(string.format('password = "%s";\nenable_password = "%s";', hash, hash))
