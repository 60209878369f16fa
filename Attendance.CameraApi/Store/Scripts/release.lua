-- facts is what the ledger says of it: see facts_of.
-- A lease that moved away and came back has another token: that one goes on.
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
