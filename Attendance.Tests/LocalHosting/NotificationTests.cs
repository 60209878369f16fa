using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.LocalHosting;

/// <summary>What is said to whoever runs the application.</summary>
public sealed class NotificationTests
{
    private readonly Notifications _said = new(new FakeTimeProvider());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notification_is_shown_until_it_is_answered()
    {
        var asked = _said.PromptNotificationAsync("Leak: door", "It leaks.", new NotificationInteractionOptions { Intent = MessageIntent.Error, LinkUrl = "http://localhost/ops" }, Cancel);
        var shown = Assert.Single(_said.Open);
        Assert.Equal(("Leak: door", "It leaks.", MessageIntent.Error, "http://localhost/ops"), (shown.Title, shown.Message, shown.Intent, shown.LinkUrl));
        Assert.False(asked.IsCompleted);

        Assert.True(_said.Answer(shown.Id, isConfirmed: true));
        Assert.Equal(new InteractionResult<bool>(Data: true, Canceled: false), await asked);
        Assert.Empty(_said.Open);
        Assert.False(_said.Answer(shown.Id, isConfirmed: true));
    }

    [Fact]
    public async Task What_is_withdrawn_is_not_shown_any_more()
    {
        var changes = new List<bool>();
        _said.Changed += (_, isShown) => changes.Add(isShown);
        using var withdrawn = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = _said.PromptNotificationAsync("Leak", "It leaks.", cancellationToken: withdrawn.Token);
        await withdrawn.CancelAsync();

        Assert.True((await asked).Canceled);
        Assert.Empty(_said.Open);
        Assert.Equal([true, false], changes);
    }

    [Fact]
    public async Task What_nobody_reads_does_not_pile_up()
    {
        var asked = Enumerable.Range(0, 150).Select(i => _said.PromptNotificationAsync($"{i}", "", cancellationToken: Cancel)).ToList();

        Assert.Equal(Enumerable.Range(50, 100).Select(i => $"{i}"), _said.Open.Select(one => one.Title));
        Assert.True((await asked[0]).Canceled);
    }
}
