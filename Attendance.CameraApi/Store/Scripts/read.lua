-- KEYS camera
-- Returns the entry of a camera that is held, which is all that a node needs to continue leases of an earlier run, and the store's time.
local held = redis.call('GET', KEYS[1])
if tonumber(held or 0) or not (string.match(held, HELD) or shared_leases(held)) then
  return false
end
return { held, now_text }
