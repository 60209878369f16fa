using System.Text.Json;
using Attendance.Web.Data;
using Attendance.Web.Faces.Quality;
using Attendance.Web.Faces.Recognition;

namespace Attendance.Web.Import.Pictures;

/// <summary>What the dry run has found out about a picture, so that it is looked at only once.</summary>
internal sealed record PictureFacts
{
    /// <summary>The pose that the name of the file says, and after the dry run the one that the picture shows.</summary>
    public Pose? Pose { get; init; }

    public ShotFigures? Figures { get; init; }

    /// <summary>The numbers of the face.</summary>
    public byte[]? Numbers { get; init; }

    public Shot ToShot(Guid personId, Guid importId, string accountId, DateTime now)
    {
        var face = Figures!.Face!;
        return new()
        {
            PersonId = personId, Pose = Pose!.Value, TakenAt = now, TakenBy = accountId, Width = Figures.Width, Height = Figures.Height, Sharpness = face.Sharpness,
            Brightness = face.Brightness, Size = face.Size, Yaw = face.Yaw, Pitch = face.Pitch, CameraId = "import", LeaseRef = importId.ToString("N"), FencingToken = 0, // no camera took it
        };
    }

    public FaceEmbedding ToEmbedding() => FaceEmbedding.FromBytes(Numbers);
}

/// <summary>What the operator has said about all pictures of an import.</summary>
/// <param name="Evidence">What shows that these people have agreed.</param>
internal sealed record PictureSettings(string Evidence)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static PictureSettings FromJson(string json) => JsonSerializer.Deserialize<PictureSettings>(json)!;
}
