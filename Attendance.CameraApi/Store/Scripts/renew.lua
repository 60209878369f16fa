-- KEYS camera, deadlines, ledger
-- ARGV camera_id, the lease as "<lease_id> <lease_ref> <session> <node>", ttl_ms, token, acquired_at, extend_by_ms, mode
-- If a lease is neither here nor in the ledger, the store lost it and it did not end: it is registered again, as it was.
-- It is not registered if a newer lease was granted since, because a service that has seen the newer token refuses the older one. A shared
-- lease may be registered beside newer shared ones, of other sessions at the same node.
local camera, deadlines, ledger, camera_id, token = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[4]
local lease_id, lease_ref = string.match(ARGV[2], '^(%S+) (%S+)')
local deadline = int(now + ARGV[6])
local is_shared = ARGV[7] == 'shared'
local held = redis.call('GET', camera)
local last = tonumber(held or 0)
local leases, newest_shared
if not last then
  local holder, ref, session, node, ttl, acquired_at, _, token_then = string.match(held, HELD)
  if holder == lease_id then
    redis.call('SET', camera, table.concat({ holder, ref, session, node, ttl, acquired_at, deadline, token_then }, ' '), 'KEEPTTL')
    redis.call('ZADD', deadlines, deadline, camera_id)
    return 1
  elseif holder then
    return 0
  end
  leases, newest_shared = shared_leases(held)
  for _, lease in ipairs(leases or {}) do
    if lease.id == lease_id then
      lease.deadline = now + ARGV[6]
      write_shared(camera, deadlines, camera_id, leases, newest_shared)
      return 1
    end
  end
  last = newest_shared or 0
end
local session, node = string.match(ARGV[2], '(%S+) (%S+)$')
for _, lease in ipairs(leases or {}) do
  if not is_shared or lease.node ~= node or lease.session == session then
    return 0
  end
end
local found, newest, newest_exclusive = recorded(ledger, lease_ref)
local before = math.max(last, newest)
if is_shared and (leases or last <= newest) then -- then the last token was a shared lease's, or is in the ledger with its mode
  before = newest_exclusive
end
if found or before > tonumber(token) then
  return 0
end
if is_shared then
  leases = leases or {}
  leases[#leases + 1] =
    { id = lease_id, ref = lease_ref, session = session, node = node, ttl = ARGV[3], since = ARGV[5], deadline = now + ARGV[6], token = token }
  write_shared(camera, deadlines, camera_id, leases, math.max(last, tonumber(token)))
else
  redis.call('SET', camera, table.concat({ ARGV[2], ARGV[3], ARGV[5], deadline, token }, ' '), 'PX', FORGOTTEN_AFTER)
  redis.call('ZADD', deadlines, deadline, camera_id)
end
return 2
