using Attendance.Web.Data;

namespace Attendance.Web.People;

/// <summary>Decides whether somebody may have a number, given those of others.</summary>
internal static class NumberRule
{
    /// <param name="number">The number as it was typed.</param>
    /// <param name="key">Its <see cref="Writing.Key"/>.</param>
    /// <param name="keep">Whether the operator keeps the number although it may mislead.</param>
    /// <param name="isOfAnother">Whether another person has this key.</param>
    /// <returns><see cref="SaveOutcome.Saved"/> if the person may have it.</returns>
    public static async ValueTask<SaveOutcome> JudgeAsync(string number, string key, bool keep, Func<string, ValueTask<bool>> isOfAnother) =>
        await isOfAnother(key) ? SaveOutcome.NumberTaken
        : !keep && (Writing.IsMixed(number) || (Writing.LookOf(key) is var look && look != key && await isOfAnother(look))) ? SaveOutcome.NumberMisleading
        : SaveOutcome.Saved;
}
