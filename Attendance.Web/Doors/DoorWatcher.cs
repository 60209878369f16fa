using System.Threading.Channels;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Forwarding;
using Attendance.Web.Kiosks;

namespace Attendance.Web.Doors;

/// <summary>
/// Watches one door: borrows its camera while a session is open there, and gives it back afterwards. After a failure it tries again a
/// little later.
/// </summary>
internal sealed partial class DoorWatcher(
    Door door, CameraBorrower borrower, DoorRecognition recognition, DoorStates states, DoorOptions options, TimeProvider clock, ILogger<DoorWatcher> logger)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>The time without a picture after which the camera counts as away. camera-api opens it again meanwhile, under the same lease.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(5);

    private readonly string _session = CameraBorrower.NewSession();

    /// <summary>Runs until it is canceled, and gives the camera back before it returns.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = s_firstPause;
        try
        {
            while (true)
            {
                var begun = clock.GetTimestamp();
                var condition = await TryRoundAsync(cancellationToken);
                Say(condition);
                pause = clock.GetElapsedTime(begun) > s_longestPause ? s_firstPause : pause; // it went well for a while
                await Task.Delay(IsIdle(condition) ? options.LookEvery : pause, clock, cancellationToken);
                pause = IsIdle(condition) ? s_firstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            states.Forget(door.Id); // an administrator has switched it off, or Web stops
        }
    }

    /// <summary>Whether the door only waits, and nothing is wrong.</summary>
    private static bool IsIdle(DoorCondition condition) =>
        condition is DoorCondition.NoSession or DoorCondition.NobodyKnown or DoorCondition.TooMany or DoorCondition.MustBeAlive;

    private async Task<DoorCondition> TryRoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RoundAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            return DoorCondition.NoAnswer;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested) // whatever it is: the other doors go on, and this one tries again
        {
            if (states.Of(door.Id) != DoorCondition.Trouble)
            {
                LogTrouble(door.Id, exception is FaceCheckUnavailableException ? exception.Message : exception.GetType().Name);
            }

            return DoorCondition.Trouble;
        }
    }

    /// <summary>Watches as long as somebody is expected and the lease is live.</summary>
    private async Task<DoorCondition> RoundAsync(CancellationToken cancellationToken)
    {
        var expected = await recognition.ExpectAsync(door, cancellationToken);
        if (ReasonNotTo(expected) is { } reason)
        {
            return reason;
        }

        var (camera, refusal) = await borrower.BorrowAsync(door.CameraId, _session, options.LeaseLasts, cancellationToken);
        if (camera is null)
        {
            return DoorStates.Of(refusal!.Value);
        }

        await using (camera)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, camera.Ended);
            try
            {
                return await WatchAsync(camera, expected, over);
            }
            catch (OperationCanceledException) when (camera.Ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                LogLost(door.Id, door.CameraId);
                return DoorCondition.NoAnswer; // until the next attempt says more
            }
        }
    }

    private DoorCondition? ReasonNotTo(Expectation expected) => expected switch
    {
        _ when !recognition.IsAllowed => DoorCondition.MustBeAlive,
        { Sessions.Count: 0 } => DoorCondition.NoSession,
        { Candidates: null } => DoorCondition.TooMany,
        { Candidates.Count: 0 } => DoorCondition.NobodyKnown,
        _ => null,
    };

    /// <param name="over">Ends with the lease, and ends the reading of pictures when the watching is over.</param>
    private async Task<DoorCondition> WatchAsync(BorrowedCamera camera, Expectation expected, CancellationTokenSource over)
    {
        // Of the pictures that come while one is looked at, only the newest is kept.
        var newest = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var reading = ReadAsync(camera, newest.Writer, over.Token);
        try
        {
            return await LookAsync(camera, expected, newest.Reader, over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await reading;
        }
    }

    private static async Task ReadAsync(BorrowedCamera camera, ChannelWriter<byte[]> newest, CancellationToken over)
    {
        Exception? failure = null;
        try
        {
            await foreach (var jpeg in camera.PicturesAsync(over))
            {
                newest.TryWrite(jpeg);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
        {
            failure = exception;
        }

        newest.TryComplete(failure);
    }

    private async Task<DoorCondition> LookAsync(BorrowedCamera camera, Expectation expected, ChannelReader<byte[]> pictures, CancellationToken over)
    {
        var (visit, expectedAt, seenAt) = (recognition.NewVisit(), clock.GetTimestamp(), clock.GetTimestamp());
        var pace = TimeSpan.FromSeconds(1) / options.FramesPerSecond;
        Say(DoorCondition.Watching);
        while (true)
        {
            var begun = clock.GetTimestamp();
            if (clock.GetElapsedTime(expectedAt) >= options.LookEvery)
            {
                (expected, expectedAt) = (await recognition.ExpectAsync(door, over), begun);
                if (ReasonNotTo(expected) is { } reason)
                {
                    return reason;
                }
            }

            if (pictures.TryRead(out var jpeg))
            {
                seenAt = begun;
                Say(DoorCondition.Watching);
                await recognition.SeeAsync(door, camera, visit, jpeg, expected, over);
            }
            else if (pictures.Completion.IsCompleted)
            {
                await pictures.Completion; // throws what went wrong
                return DoorCondition.NoPicture;
            }
            else if (clock.GetElapsedTime(seenAt) >= s_silence)
            {
                Say(DoorCondition.NoPicture);
            }

            var left = pace - clock.GetElapsedTime(begun);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, over);
        }
    }

    private void Say(DoorCondition condition)
    {
        if (states.Set(door.Id, condition))
        {
            LogState(door.Id, door.CameraId, condition);
        }
    }

    [LoggerMessage(LogLevel.Information, "Door {DoorId}, camera {CameraId}: {Condition}")]
    private partial void LogState(Guid doorId, string cameraId, DoorCondition condition);

    [LoggerMessage(LogLevel.Warning, "Door {DoorId}: the lease of camera {CameraId} was lost. Nothing is looked at until there is another one")]
    private partial void LogLost(Guid doorId, string cameraId);

    [LoggerMessage(LogLevel.Warning, "Door {DoorId} cannot be watched, and is tried again: {Error}")]
    private partial void LogTrouble(Guid doorId, string error);
}
