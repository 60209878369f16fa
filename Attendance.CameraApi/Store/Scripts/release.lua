-- KEYS camera, deadlines, ledger
-- ARGV camera_id, lease_id, token, the ledger entry without the time (see facts_of)
-- A lease that moved away from this camera and came back has a new token. A release with the old token does not end it.
local lease_id, token, facts = ARGV[2], ARGV[3], ARGV[4]
local held = redis.call('GET', KEYS[1])
local is_held = false
if held and string.find(held, lease_id .. ' ', 1, true) == 1 and string.sub(held, -1 - #token) == ' ' .. token then
  is_held = true
  redis.call('SET', KEYS[1], token, 'KEEPTTL')
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  local leases, last = shared_leases(held)
  for index, lease in ipairs(leases or {}) do
    if lease.id == lease_id and lease.token == token then
      is_held = true
      table.remove(leases, index)
      write_shared(KEYS[1], KEYS[2], ARGV[1], leases, last)
      break
    end
  end
end
if not is_held and recorded(KEYS[3], string.match(facts, '"lease_ref":"(%x+)"')) then
  return 0
end
record(KEYS[3], facts)
return 1
