-- KEYS camera
-- All that is needed to go on with a lease that another run of its node began, and the store's time.
local held = redis.call('GET', KEYS[1])
if tonumber(held or 0) or not string.match(held, HELD) then
  return false
end
return { held, now_text }
