namespace Attendance.LocalHosting.ApplicationModel;

public enum MessageIntent
{
    None,
    Success,
    Warning,
    Error,
    Information,
    Confirmation,
}

public class InteractionOptions;

public class NotificationInteractionOptions : InteractionOptions
{
    public MessageIntent? Intent { get; set; }

    public string? LinkText { get; set; }

    public string? LinkUrl { get; set; }
}

/// <param name="Canceled">Nobody has answered: it was withdrawn, or dismissed.</param>
public sealed record InteractionResult<T>(T? Data, bool Canceled);

/// <summary>Says something to whoever runs the application.</summary>
public interface IInteractionService
{
    bool IsAvailable { get; }

    /// <summary>Shows a notification until it is dismissed, or withdrawn by the token.</summary>
    /// <returns>True where it was confirmed.</returns>
    Task<InteractionResult<bool>> PromptNotificationAsync(
        string title, string message, NotificationInteractionOptions? options = null, CancellationToken cancellationToken = default);
}

/// <summary>What is being said, oldest first; a bounded number, for what nobody reads must not pile up.</summary>
internal sealed class Notifications(TimeProvider clock) : IInteractionService
{
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, (Notification Notification, TaskCompletionSource<InteractionResult<bool>> Answer)> _open = [];
    private int _count;

    /// <summary>Somebody shows them: the console, where there is nothing better.</summary>
    public bool IsAvailable => true;

    public IReadOnlyList<Notification> Open
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values.Select(one => one.Notification).OrderBy(one => one.Id)];
            }
        }
    }

    /// <summary>Shown, or not shown any more. Who listens must not wait for anything.</summary>
    public event Action<Notification, bool>? Changed;

    public async Task<InteractionResult<bool>> PromptNotificationAsync(
        string title, string message, NotificationInteractionOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<InteractionResult<bool>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var notification = new Notification(
            Interlocked.Increment(ref _count), clock.GetUtcNow(), title, message, options?.Intent ?? MessageIntent.None, options?.LinkText, options?.LinkUrl);
        lock (_gate)
        {
            _open[notification.Id] = (notification, answer);
        }

        Changed?.Invoke(notification, true);
        if (Open is { Count: > Kept } many)
        {
            Answer(many[0].Id, null);
        }

        await using var withdrawn = cancellationToken.Register(() => Answer(notification.Id, null));
        return await answer.Task;
    }

    /// <param name="isConfirmed">Null where it was dismissed without an answer.</param>
    /// <returns>False where it is not shown.</returns>
    public bool Answer(int id, bool? isConfirmed)
    {
        (Notification Notification, TaskCompletionSource<InteractionResult<bool>> Answer) one;
        lock (_gate)
        {
            if (!_open.Remove(id, out one))
            {
                return false;
            }
        }

        Changed?.Invoke(one.Notification, false);
        one.Answer.TrySetResult(new InteractionResult<bool>(isConfirmed ?? false, isConfirmed is null));
        return true;
    }
}

internal sealed record Notification(int Id, DateTimeOffset At, string Title, string Message, MessageIntent Intent, string? LinkText, string? LinkUrl);
