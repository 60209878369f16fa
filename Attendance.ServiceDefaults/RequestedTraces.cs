using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Attendance.ServiceDefaults;

/// <summary>
/// Traces only what somebody asked for or what happened to a camera. A call to another system (store, database, peer) that is not part
/// of a trace is upkeep. It starts no trace, here or at the peer, and is only measured by metrics.
/// </summary>
internal static class RequestedTraces
{
    /// <summary>
    /// Creates the sampler of a service. <c>OTEL_TRACES_SAMPLER</c> and its argument decide which new traces are kept. Within a trace, the
    /// decision made when it began applies, so <c>always_on</c> means the same as <c>parentbased_always_on</c>.
    /// </summary>
    public static Sampler Sampler(IConfiguration configuration) => new ParentBasedSampler(new NoUpkeep(configuration["OTEL_TRACES_SAMPLER"]?.Trim().ToLowerInvariant() switch
    {
        "always_off" or "parentbased_always_off" => new AlwaysOffSampler(),
        "traceidratio" or "parentbased_traceidratio" => new TraceIdRatioBasedSampler(Ratio(configuration["OTEL_TRACES_SAMPLER_ARG"])),
        _ => new AlwaysOnSampler(),
    }));

    /// <summary>Excludes a span and its children from the export.</summary>
    public static void Drop(Activity? activity)
    {
        if (activity is not null)
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }

    private static double Ratio(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 ? ratio : 1;

    /// <summary>Decides about the first span of a trace.</summary>
    private sealed class NoUpkeep(Sampler others) : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            samplingParameters.Kind == ActivityKind.Client ? new(SamplingDecision.Drop) : others.ShouldSample(samplingParameters);
    }
}

public static class RequestedTracesExtensions
{
    /// <summary>Makes no trace of this request. Use it for files that a browser fetches along with a page.</summary>
    public static void DisableTracing(this HttpContext context) => RequestedTraces.Drop(context.Features.Get<IHttpActivityFeature>()?.Activity);
}
