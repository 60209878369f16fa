using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attendance.Capture;

/// <summary>The JSON of the protocol. Its code is generated, because a worker that is compiled ahead of time cannot reflect.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCaseCode)])]
[JsonSerializable(typeof(CaptureRequest))]
[JsonSerializable(typeof(CaptureOpened))]
[JsonSerializable(typeof(CaptureFailure))]
[JsonSerializable(typeof(CaptureTimes))]
internal sealed partial class CaptureJson : JsonSerializerContext
{
    private sealed class SnakeCaseCode() : JsonStringEnumConverter<CaptureFailureCode>(JsonNamingPolicy.SnakeCaseLower);
}
