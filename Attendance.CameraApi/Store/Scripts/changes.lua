-- KEYS deadlines, then for each change: camera, ledger
-- ARGV five for each change: "acquire" or "release", and the four arguments of that script after its keys
-- Runs the changes of several callers in their order, and returns one reply for each.
-- A change that fails does not affect the others: its reply is a list with one element, the message. (Some clients do not understand an
-- error within a list.)
local replies = {}
for i = 1, #ARGV / 5 do
  local at = i * 5 - 4
  local ok, reply = pcall(
    ARGV[at] == 'acquire' and acquire or release,
    KEYS[1], KEYS[i * 2], KEYS[i * 2 + 1], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
  replies[i] = ok and reply or { type(reply) == 'table' and reply.err or tostring(reply) }
end
return replies
