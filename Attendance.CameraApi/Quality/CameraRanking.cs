namespace Attendance.CameraApi.Quality;

/// <summary>
/// Orders cameras by rating, the best first. Among cameras that are about equally good, the one that has been idle
/// longest comes first.
/// </summary>
internal static class CameraRanking
{
    /// <param name="leftAt">When the camera became idle: the lower the number, the longer it has been idle.</param>
    /// <param name="tieWidth">The largest difference in rating at which cameras count as equally good.</param>
    public static IReadOnlyList<T> Order<T>(IEnumerable<T> cameras, Func<T, double> rating, Func<T, long> leftAt, double tieWidth)
    {
        var byRating = cameras.OrderByDescending(rating).ToList();
        var ordered = new List<T>(byRating.Count);
        for (var first = 0; first < byRating.Count;)
        {
            // Compares with the best of the group and not with a neighbour; otherwise, small steps could make the worst as good as the best.
            var end = first + 1;
            while (end < byRating.Count && rating(byRating[first]) - rating(byRating[end]) <= tieWidth)
            {
                end++;
            }

            ordered.AddRange(byRating[first..end].OrderBy(leftAt));
            first = end;
        }

        return ordered;
    }
}
