-- KEYS camera, deadlines, ledger
-- ARGV camera_id, the lease as "<lease_id> <lease_ref> <session> <node>", ttl_ms, token, acquired_at, extend_by_ms
-- If a lease is neither here nor in the ledger, the store lost it and it did not end: it is registered again, as it was.
-- It is not registered if a newer lease was granted since, because a service that has seen the newer token refuses the older one.
local lease_id, lease_ref = string.match(ARGV[2], '^(%S+) (%S+)')
local deadline = int(now + ARGV[6])
local held = redis.call('GET', KEYS[1])
local last = tonumber(held or 0)
if not last and not string.match(held, HELD) then
  last = 0
end
if last then
  local found, newest = recorded(KEYS[3], lease_ref)
  if found or math.max(last, newest) > tonumber(ARGV[4]) then
    return 0
  end
  redis.call('SET', KEYS[1], table.concat({ ARGV[2], ARGV[3], ARGV[5], deadline, ARGV[4] }, ' '), 'PX', FORGOTTEN_AFTER)
  redis.call('ZADD', KEYS[2], deadline, ARGV[1])
  return 2
end
local holder, ref, session, node, ttl, acquired_at, _, token = string.match(held, HELD)
if holder ~= lease_id then
  return 0
end
redis.call('SET', KEYS[1], table.concat({ holder, ref, session, node, ttl, acquired_at, deadline, token }, ' '), 'KEEPTTL')
redis.call('ZADD', KEYS[2], deadline, ARGV[1])
return 1
