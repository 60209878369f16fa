-- KEYS camera, deadlines, ledger
-- ARGV camera_id, lease_id, lease_ref, what the ledger says of its end (see ending_of), token, acquired_at
-- Without a token the lease may never have been granted: then there is nothing to record.
local now = now_ms()
local held = redis.call('GET', KEYS[1])
local token, acquired_at = ARGV[5], ARGV[6]
if held and string.find(held, ARGV[2] .. ' ', 1, true) == 1 then
  if token == '' then
    acquired_at, token = string.match(held, '(%S+) %S+ (%S+)$')
  end
  redis.call('SET', KEYS[1], token, 'KEEPTTL')
  redis.call('ZREM', KEYS[2], ARGV[1])
elseif token == '' or recorded(KEYS[3], ARGV[3]) then
  return 0
end
record(KEYS[3], now, acquired_at, token, ARGV[4])
return 1
