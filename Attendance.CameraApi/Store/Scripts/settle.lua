-- KEYS camera, deadlines, ledger
-- ARGV camera_id, reason, detail, lease_id (or '' for any lease whose deadline has passed), the node that must hold the lease
-- Ends a lease that the store has for a camera but that the calling process does not hold.
local held = redis.call('GET', KEYS[1])
if tonumber(held or 0) then
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
local lease_id, lease_ref, _, node, _, acquired_at, deadline, token = string.match(held, HELD)
if node ~= ARGV[5] then -- in a shared scope, another node has acquired the camera since
  redis.call('ZREM', KEYS[2], ARGV[1])
  return false
end
if ARGV[4] ~= '' and ARGV[4] ~= lease_id or ARGV[4] == '' and tonumber(deadline) > now then
  return false
end
redis.call('SET', KEYS[1], token, 'KEEPTTL')
redis.call('ZREM', KEYS[2], ARGV[1])
record(KEYS[3], facts_of(acquired_at, token, lease_ref, ARGV[2], ARGV[3], node))
return lease_id
