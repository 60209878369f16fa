namespace Attendance.CameraApi.Quality;

/// <summary>Which camera comes first: the better one; of those that are about as good, the one that has been idle longest.</summary>
internal static class CameraRanking
{
    /// <param name="leftAt">The lower, the longer idle.</param>
    /// <param name="tieWidth">What is rated lower by no more than this is as good.</param>
    public static IReadOnlyList<T> Order<T>(IEnumerable<T> cameras, Func<T, double> rating, Func<T, long> leftAt, double tieWidth)
    {
        var byRating = cameras.OrderByDescending(rating).ToList();
        var ordered = new List<T>(byRating.Count);
        for (var first = 0; first < byRating.Count;)
        {
            // Compared with the best of them and not with its neighbour, or a chain of small steps would make the worst as good as the best.
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
