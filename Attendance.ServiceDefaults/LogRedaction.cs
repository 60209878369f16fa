using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Attendance.ServiceDefaults;

/// <summary>Removes secrets from the text, the fields and the exception of every log record before an exporter sees it.</summary>
internal sealed class LogRedaction(Redaction redaction) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        data.FormattedMessage = data.FormattedMessage is { } message ? redaction.Text(message) : null;
        data.Body = data.Body is { } body ? redaction.Text(body) : null;
        var fields = data.Attributes?.Select(field => new KeyValuePair<string, object?>(field.Key, Clean(field.Key, field.Value))) ?? [];
        if (data.Exception is { } exception)
        {
            // An exporter would write the exception's own text, so the exception is replaced by the same attributes without secrets.
            fields = fields.Concat(
            [
                new("exception.type", exception.GetType().FullName),
                new("exception.message", redaction.Text(exception.Message)),
                new("exception.stacktrace", redaction.Text(exception.ToString())),
            ]);
            data.Exception = null;
        }

        data.Attributes = [.. fields];
    }

    /// <summary>Redacts a field. A value that is neither text nor a number is exported as its text.</summary>
    private object? Clean(string key, object? value) => redaction.Value(key, value is null or string or string[] or bool or ValueType and IConvertible ? value : value.ToString());
}
