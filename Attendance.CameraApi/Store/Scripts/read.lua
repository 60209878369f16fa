-- KEYS camera
-- Returns the held entry, which is all that a node needs to continue a lease of an earlier run, and the store's time.
local held = redis.call('GET', KEYS[1])
if tonumber(held or 0) or not string.match(held, HELD) then
  return false
end
return { held, now_text }
