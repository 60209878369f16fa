using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenTelemetry;

namespace Attendance.ServiceDefaults;

/// <summary>Removes secrets from every span, including its events and links, before an exporter sees it.</summary>
internal sealed class SpanRedaction(Redaction redaction) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        List<KeyValuePair<string, object?>>? changed = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            var clean = redaction.Value(tag.Key, tag.Value);
            if (!Equals(clean, tag.Value))
            {
                (changed ??= []).Add(new(tag.Key, clean));
            }
        }

        foreach (var (key, clean) in changed ?? [])
        {
            data.SetTag(key, clean); // null removes the tag
        }

        foreach (ref readonly var one in data.EnumerateEvents())
        {
            foreach (ref readonly var tag in one.EnumerateTagObjects())
            {
                Replace(in tag);
            }
        }

        foreach (ref readonly var link in data.EnumerateLinks())
        {
            foreach (ref readonly var tag in link.EnumerateTagObjects())
            {
                Replace(in tag);
            }
        }

        if (data.StatusDescription is { } description)
        {
            data.SetStatus(data.Status, redaction.Text(description));
        }

        if (data.GetTagItem("http.route") is not string route || !data.DisplayName.EndsWith(route, StringComparison.Ordinal))
        {
            data.DisplayName = redaction.Text(data.DisplayName);
        }
    }

    /// <summary>
    /// Replaces an attribute in place. The attributes of an event cannot be set after the event was added, and a library may add an exception's
    /// message to them. They are heap objects of this span alone, so changing them affects nothing else.
    /// </summary>
    private void Replace(ref readonly KeyValuePair<string, object?> tag)
    {
        var clean = redaction.Value(tag.Key, tag.Value);
        if (!Equals(clean, tag.Value))
        {
            Unsafe.AsRef(in tag) = new(tag.Key, clean ?? Redaction.Mask);
        }
    }
}
