using System.Net;
using Attendance.Web.Accounts;
using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

/// <summary>Holds requests for leases to the rights of their account.</summary>
internal sealed class LeaseRights(CurrentRights rights, RightsWatch watch, AccountSessions sessions, CameraApiClient client, CameraApiForwarder forwarder)
{
    /// <summary>The reason with which a lease ends whose account has lost the right to it.</summary>
    public const string LostReason = "right_lost";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Returns the right that a lease of this mode needs.</summary>
    public static CameraRight Of(string? mode) => mode == "shared" ? CameraRight.Watch : CameraRight.Borrow;

    /// <summary>Forwards a wish for a camera if the user has the right to it, and for as long as that is so while it waits.</summary>
    public async Task AcquireAsync(HttpContext context)
    {
        var user = context.User;
        if (user.IsDevice())
        {
            await forwarder.ForwardAsync(context);
            return;
        }

        var book = await rights.ReadAsync(context.RequestAborted);
        if (CameraWish.Read(context.Request) is not { } wish)
        {
            if (book.Limits(user))
            {
                throw new RequestException("$", "must be one JSON object."); // so that camera-api never understands what was not understood here
            }

            await forwarder.ForwardAsync(context); // camera-api says what is wrong
            return;
        }

        if (wish.StatesCameras)
        {
            throw new RequestException("requirements.cameras", "follows from the rights of the account.");
        }

        var right = wish.Right;
        if (wish.CameraId is { } cameraId && cameraId != IdFormats.AutoCamera && !book.May(user, right, cameraId))
        {
            await RightProblems.Missing(right, cameraId).ExecuteAsync(context);
            return;
        }

        var selection = wish.IsForAny ? book.SelectionOf(user, right) : null;
        if (selection is not null)
        {
            wish.LimitTo(selection, context.Request);
        }

        using var guarded = wish.CameraId == IdFormats.AutoCamera
            ? watch.Guard(now => now.SelectionOf(user, right) is var those && (those is null ? selection is null : selection?.SequenceEqual(those, StringComparer.Ordinal) == true), RightProblems.Changed(right))
            : watch.Guard(now => wish.CameraId is not { } named || now.May(user, right, named), RightProblems.Missing(right, wish.CameraId ?? ""));
        context.Features.Set(guarded);
        var signIn = await SignInProof.OfAsync(context);
        Note();
        try
        {
            await forwarder.ForwardAsync(context);
        }
        finally
        {
            Note(); // again, because the rules may have changed while it waited
        }

        void Note()
        {
            if (wish.SessionId is { } sessionId && IdFormats.IsSession(sessionId))
            {
                sessions.Note(user, signIn, sessionId, book);
            }
        }
    }

    /// <summary>Forwards a renewal. A lease to which the user has lost the right is ended first, so that the answer says so.</summary>
    public async Task RenewAsync(HttpContext context, string leaseId)
    {
        var book = await rights.ReadAsync(context.RequestAborted);
        if (book.Limits(context.User))
        {
            var address = $"{CameraApiClient.Address}/api/leases/{leaseId}";
            using var question = new HttpRequestMessage(HttpMethod.Get, address);
            var lease = await client.AskAsync<Current?>(
                question,
                s_patience,
                async (response, over) => response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<Current>(WireJson.Kept, over) : null,
                null,
                context.RequestAborted);
            if (lease is not null && !book.May(context.User, Of(lease.Mode), lease.CameraId))
            {
                using var end = new HttpRequestMessage(HttpMethod.Delete, $"{address}?reason={LostReason}");
                await client.AskAsync(end, s_patience, (_, _) => Task.FromResult(true), false, CancellationToken.None);
            }
        }

        await forwarder.ForwardAsync(context);
    }

    /// <summary>Forwards the socket of a session, and remembers whose session it is.</summary>
    public async Task ForwardSocketAsync(HttpContext context, string sessionId)
    {
        using var followed = !context.User.IsDevice() ? sessions.Follow(context.User, await SignInProof.OfAsync(context), sessionId) : null;
        await forwarder.ForwardSocketAsync(context);
    }

    private sealed record Current(string CameraId, string? Mode = null);
}
