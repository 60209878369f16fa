using Attendance.Benchmarks.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Tests.Faces.Report;

/// <summary>Measures distances between pictures that packages ship.</summary>
/// <param name="OnePerson">Of pictures of one person.</param>
/// <param name="TwoPeople">Of pictures of two people who are surely two.</param>
internal sealed record Comparisons(IReadOnlyList<double> OnePerson, IReadOnlyList<double> TwoPeople)
{
    private const int PicturesOfTemplate = 5;
    private const int Templates = 40;

    public double FalseNonMatch(double distance) => OnePerson.Count(each => each > distance) / (double)OnePerson.Count;

    public double FalseMatch(double distance) => TwoPeople.Count(each => each <= distance) / (double)TwoPeople.Count;

    public static Comparisons OfPictures(SampleFaces faces)
    {
        var one = faces.TheMan.SelectMany((picture, i) => faces.TheMan.Skip(i + 1).Select(picture.DistanceTo));
        return new([.. one], [.. faces.Strangers.SelectMany(other => faces.TheMan.Select(other.DistanceTo)), .. faces.WithinGroups()]);
    }

    /// <summary>A template of five pictures of the man, drawn at random, against his other pictures and against strangers.</summary>
    public static Comparisons OfTemplates(SampleFaces faces)
    {
        var random = new Random(20261129);
        var (one, two) = (new List<double>(), new List<double>());
        for (var i = 0; i < Templates; i++)
        {
            var pictures = faces.TheMan.ToArray();
            random.Shuffle(pictures);
            var template = FaceEmbedding.Mean(pictures[..PicturesOfTemplate]);
            one.AddRange(pictures[PicturesOfTemplate..].Select(template.DistanceTo));
            two.AddRange(faces.Strangers.Select(template.DistanceTo));
        }

        return new(one, two);
    }
}

/// <summary>The embeddings of the faces in the sample pictures.</summary>
/// <param name="TheMan">Pictures of one man.</param>
/// <param name="Others">People of the same grid. Some of these pictures may be of one person.</param>
/// <param name="Groups">The faces of each group photo.</param>
internal sealed record SampleFaces(
    IReadOnlyList<FaceEmbedding> TheMan, IReadOnlyList<FaceEmbedding> Others, IReadOnlyList<IReadOnlyList<FaceEmbedding>> Groups)
{
    private const float SmallestEyes = 24;

    /// <summary>Everybody who is surely not the man.</summary>
    public IEnumerable<FaceEmbedding> Strangers => Others.Concat(Groups.SelectMany(group => group));

    public static async Task<SampleFaces> ReadAsync(FaceNets nets, CancellationToken cancel)
    {
        var (man, others, groups) = (new List<FaceEmbedding>(), new List<FaceEmbedding>(), new List<IReadOnlyList<FaceEmbedding>>());
        foreach (var portrait in SamplePortraits.OfGrid)
        {
            (portrait.Person == SamplePortraits.TheMan ? man : others).AddRange(await FacesAsync(nets, portrait.Jpeg, parts: 1, cancel));
        }

        foreach (var photo in SamplePortraits.GroupPhotos)
        {
            groups.Add(await FacesAsync(nets, photo.Jpeg, parts: 3, cancel));
        }

        return new(man, others, groups);
    }

    /// <summary>Pairs of people in one photo, who are surely two.</summary>
    public IEnumerable<double> WithinGroups() => Groups.SelectMany(group => group.SelectMany((face, i) => group.Skip(i + 1).Select(face.DistanceTo)));

    /// <summary>Faces in a group photo are small for a model that expects somebody before a device, so it is looked at in overlapping parts, too.</summary>
    private static Task<List<FaceEmbedding>> FacesAsync(FaceNets nets, byte[] jpeg, int parts, CancellationToken cancel) => nets.UseAsync(
        set =>
        {
            using var picture = PictureDecoding.Decode(jpeg) ?? throw new InvalidOperationException("A sample picture cannot be decoded.");
            return FindIn(set, picture, parts).ConvertAll(face => set.Embedder.Embed(picture, set.Finder.LookAgain(picture, face).Points));
        },
        cancel);

    public static List<FoundFace> FindIn(FaceNetSet set, OpenCvSharp.Mat picture, int parts)
    {
        var found = new List<FoundFace>();
        foreach (var part in PartsOf(picture, parts))
        {
            using var seen = new OpenCvSharp.Mat(picture, part);
            foreach (var face in set.Finder.Find(seen))
            {
                var whole = face.Moved(new(1, 0, new(part.X, part.Y)))!;
                if (whole.Points.EyeDistance >= SmallestEyes && found.TrueForAll(other => System.Numerics.Vector2.Distance(other.Middle, whole.Middle) > other.Width / 2))
                {
                    found.Add(whole);
                }
            }
        }

        return found;
    }

    private static IEnumerable<OpenCvSharp.Rect> PartsOf(OpenCvSharp.Mat picture, int parts)
    {
        var (width, height) = (picture.Width, picture.Height);
        var side = Math.Min(width, height) / (parts == 1 ? 1 : 2);
        for (var y = 0; y + side <= height; y += side / 2)
        {
            for (var x = 0; x + side <= width; x += side / 2)
            {
                yield return new(x, y, side, side);
            }
        }
    }
}
