-- KEYS camera, deadlines, ledger
-- ARGV camera_id, lease_id, lease_ref, reason, detail, node, token, acquired_at
-- Without a token the lease may never have been granted: then there is nothing to record.
local now = now_ms()
local held = redis.call('HMGET', KEYS[1], 'lease_id', 'token', 'acquired_at')
local token, acquired_at = ARGV[7], ARGV[8]
if held[1] == ARGV[2] then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  token, acquired_at = held[2], held[3]
elseif token == '' or recorded(KEYS[3], ARGV[3]) then
  return 0
end
record(KEYS[3], ARGV[3], acquired_at, now, ARGV[4], ARGV[5], ARGV[6], token)
return 1
