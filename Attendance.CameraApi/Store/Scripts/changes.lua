-- KEYS deadlines, then of each change: camera, ledger
-- ARGV of each change five: acquire or release, and what that takes, see there
-- What several callers want at the same time, in their order, with one reply for each.
-- What fails for one fails for that one only: its reply is a list of one, the message. (An error within a list is more than some clients
-- understand.)
local replies = {}
for i = 1, #ARGV / 5 do
  local at = i * 5 - 4
  local ok, reply = pcall(
    ARGV[at] == 'acquire' and acquire or release,
    KEYS[1], KEYS[i * 2], KEYS[i * 2 + 1], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
  replies[i] = ok and reply or { type(reply) == 'table' and reply.err or tostring(reply) }
end
return replies
