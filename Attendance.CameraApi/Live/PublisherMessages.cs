using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attendance.CameraApi.Live;

/// <summary>A message to a page that publishes over a WebSocket.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PublishedMessage), "published")]
[JsonDerivedType(typeof(NextMessage), "next")]
internal abstract record PublisherMessage
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Options);
}

/// <summary>The first message: the page's camera is published.</summary>
/// <param name="CameraId">The id under which others can look at it.</param>
internal sealed record PublishedMessage(string CameraId) : PublisherMessage;

/// <summary>Asks for the next picture.</summary>
internal sealed record NextMessage : PublisherMessage;

/// <summary>The first message of the page, which proves that it may publish the camera.</summary>
internal sealed record PublishUnderLease(string LeaseId);
