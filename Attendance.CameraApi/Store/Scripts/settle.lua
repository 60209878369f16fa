-- KEYS camera, deadlines, ledger
-- ARGV camera_id, reason, detail, lease_id (or '' for any lease whose deadline has passed), the node that must hold the lease
-- Ends leases that the store has for a camera but that the calling process does not hold. Returns their ids.
local camera, deadlines, ledger, camera_id = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local held = redis.call('GET', camera)
local leases, last = shared_leases(held)
if not leases then
  if not tonumber(held or 0) then
    local lease_id, lease_ref, session, node, ttl, since, deadline, token = string.match(held, HELD)
    leases = token and { { id = lease_id, ref = lease_ref, node = node, since = since, deadline = tonumber(deadline), token = token } }
  end
  if not leases then
    redis.call('ZREM', deadlines, camera_id)
    return {}
  end
end
if leases[1] and leases[1].node ~= ARGV[5] then -- in a shared scope, another node has acquired the camera since
  redis.call('ZREM', deadlines, camera_id)
  return {}
end
local staying, ended = {}, {}
for _, lease in ipairs(leases) do
  if ARGV[4] == lease.id or ARGV[4] == '' and lease.deadline <= now then
    ended[#ended + 1] = lease.id
    record(ledger, facts_of(lease.since, lease.token, lease.ref, ARGV[2], ARGV[3], lease.node, last and 'shared' or 'exclusive'))
  else
    staying[#staying + 1] = lease
  end
end
if #ended > 0 and last then
  write_shared(camera, deadlines, camera_id, staying, last)
elseif #ended > 0 then
  redis.call('SET', camera, leases[1].token, 'KEEPTTL')
  redis.call('ZREM', deadlines, camera_id)
end
return ended
