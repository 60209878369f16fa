using System.Globalization;
using Attendance.CameraApi.Leases;
using Microsoft.AspNetCore.Mvc;

namespace Attendance.CameraApi.Api;

/// <summary>The query of <c>GET /api/cameras?best=true&amp;…</c>, read as text so that an error can name the wrong parameter.</summary>
public sealed record BestCameraQuery(
    [FromQuery(Name = "best")] string? Best,
    [FromQuery(Name = "min_width")] string? MinWidth,
    [FromQuery(Name = "min_height")] string? MinHeight,
    [FromQuery(Name = "min_frame_rate")] string? MinFrameRate,
    [FromQuery(Name = "node")] string? Node,
    [FromQuery(Name = "tag")] string? Tag,
    [FromQuery(Name = "facing")] string? Facing,
    [FromQuery(Name = "test_pattern")] string? TestPattern,
    [FromQuery(Name = "cameras")] string? Cameras)
{
    /// <returns>The requirements; null if the whole catalog is requested.</returns>
    /// <exception cref="RequestException">The request is not valid. The exception names every parameter that is wrong.</exception>
    internal CameraRequirements? Validate()
    {
        var errors = new Dictionary<string, string[]>();
        if (Best is not (null or "true" or "false"))
        {
            errors["best"] = ["must be true or false."];
        }

        if (TestPattern is not (null or "true" or "false"))
        {
            errors["test_pattern"] = ["must be true or false."];
        }

        var requirements = new CameraRequirements(
            Whole(MinWidth, "min_width"), Whole(MinHeight, "min_height"), Number(MinFrameRate, "min_frame_rate"), Node, Tag, Facing,
            TestPattern is null ? null : TestPattern == "true", Cameras?.Split(','));
        requirements.Check("", errors);
        if (Best != "true")
        {
            foreach (var (name, value) in new[]
            {
                ("min_width", MinWidth), ("min_height", MinHeight), ("min_frame_rate", MinFrameRate), ("tag", Tag), ("facing", Facing), ("test_pattern", TestPattern), ("cameras", Cameras),
            })
            {
                if (value is not null)
                {
                    errors.TryAdd(name, ["goes with best=true only."]);
                }
            }
        }

        RequestException.ThrowIfAny(errors);
        return Best == "true" ? requirements : null;

        int? Whole(string? text, string name)
        {
            if (text is null)
            {
                return null;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            errors[name] = ["must be a whole number."];
            return null;
        }

        double? Number(string? text, string name)
        {
            if (text is null)
            {
                return null;
            }

            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            errors[name] = ["must be a number."];
            return null;
        }
    }
}
