-- facts is the ledger entry without the time: see facts_of.
-- A lease that moved away from this camera and came back has a new token. A release with the old token does not end it.
local deadlines, camera, ledger, camera_id, lease_id, token, facts = ...
local held = redis.call('GET', camera)
if held and string.find(held, lease_id .. ' ', 1, true) == 1 and string.sub(held, -1 - #token) == ' ' .. token then
  redis.call('SET', camera, token, 'KEEPTTL')
  redis.call('ZREM', deadlines, camera_id)
elseif recorded(ledger, string.match(facts, '"lease_ref":"(%x+)"')) then
  return 0
end
record(ledger, facts)
return 1
