using System.ComponentModel;
using System.Diagnostics.Metrics;
using Attendance.Web.Data;

namespace Attendance.Web.PhoneCameras;

/// <summary>The attribute of what is measured of paired phones.</summary>
internal static class PhoneCameraAttributes
{
    [Description("Why a pairing with a phone ended: `operator`, `page_gone`, `lease_ended`, `signed_out`, `phone`, `unused`.")]
    public const string End = "attendance.phone_pairing.end";
}

/// <summary>Counts pairings with phones. Whose they were is in no metric.</summary>
internal sealed class PhoneCameraMetrics
{
    private readonly Counter<int> _ended;

    public PhoneCameraMetrics(IMeterFactory meters) => _ended = meters.Create(typeof(PhoneCameraMetrics).Assembly.GetName().Name!)
        .CreateCounter<int>("attendance.phone_pairing.ended", "{pairing}", "Pairings of phones with operators' pages that have ended, by the reason.");

    public void Ended(PairingEnd end) => _ended.Add(1, new KeyValuePair<string, object?>(PhoneCameraAttributes.End, end.Code()));
}
